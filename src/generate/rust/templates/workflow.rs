{% if doc %}
{% for line in doc %}
{{ ("//! " ~ line) | trim }}
{% endfor %}
{% else %}
//! {{ name }}.
{% endif %}

{% for import in imports %}
{{ import }}
{% endfor %}

{% if steps %}
{{ steps }}

{% endif %}
pub async fn {{ function }}(cx: Cx, input: workflows::{{ input }}) -> Flow {
    let cx = &cx;
{% if pattern %}
    let workflows::{{ input }} { {{ pattern }} } = input;
{% else %}
    let _ = input;
{% endif %}
{{ body }}
}
{% if late %}

/// What is done about events that come when a run is over.
pub async fn late(cx: Cx, late: Late<workflows::{{ input }}>) -> Flow {
    let cx = &cx;
{{ late }}
}
{% endif %}
