{% if external %}
//! {{ name }}, which somebody else runs: how it is reached stands in `own.rs`.
{% else %}
//! {{ name }}: what it does stands in `own.rs`.
{% endif %}

mod own;

{% for import in imports %}
{{ import }}
{% endfor %}

{% for line in doc %}
{{ ("/// " ~ line) | trim }}
{% endfor %}
{% if doc %}
///
{% endif %}
/// Each method is called at least once for each key in `call`, and must act once.
pub trait {{ role }}: Send + Sync + 'static {
{{ methods }}
}

/// Adds what it offers to what the coordinator can call.
pub fn serve(services: Services, service: impl {{ role }}) -> Services {
    let service = Arc::new(service);
{{ adding }}
}

/// Adds the same, where it is at an address of its own.
pub fn call(services: Services, at: &Address) -> Services {
{{ calling }}
}
