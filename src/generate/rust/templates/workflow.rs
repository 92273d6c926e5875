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
{% if asks %}
    let cx = &cx;
{% else %}
    let _ = cx;
{% endif %}
{% if pattern %}
    let workflows::{{ input }} { {{ pattern }} } = input;
{% else %}
    let _ = input;
{% endif %}
{{ body }}
}
{% for it in late %}

{% if it.function == "late" %}
/// What is done about events that come when a run is over.
{% else %}
/// What is done when several events have come behind the end of a run.
{% endif %}
pub async fn {{ it.function }}(cx: Cx, late: Late<workflows::{{ input }}>) -> Flow {
{% if it.asks %}
    let cx = &cx;
{% else %}
    let _ = cx;
{% endif %}
{{ it.body }}
}
{% endfor %}
