{% if role %}
//! {{ name }}: what it does stands in `own.rs`, and when it does that in the files of the workflows.
{% else %}
//! {{ name }}: when it does something stands in the files of the workflows.
{% endif %}

{% for module in modules %}
mod {{ module }};
{% endfor %}

{% for import in imports %}
{{ import }}
{% endfor %}
{% if role %}

{% for line in doc %}
{{ ("/// " ~ line) | trim }}
{% endfor %}
{% if doc %}
///
{% endif %}
/// Each method is called at least once for each key in `call`. What it writes in the transaction of the
/// call happens once; for everything else it must see to that itself.
pub trait {{ role }}: Send + Sync + 'static {
{{ methods }}
}

/// Adds what it offers to what can be called.
pub fn serve(services: Services, service: impl {{ role }}) -> Services {
    let service = Arc::new(service);
{{ adding }}
}
{% if calling %}

/// Adds the same, where it is at an address of its own.
pub fn call(services: Services, at: &Address) -> Services {
{{ calling }}
}
{% endif %}
{% endif %}

/// The service as it is, with its sides of the workflows.
pub fn participant() -> Participant {
    let workflows = Workflows::default();
{% for side in sides %}
    let workflows = workflows.conduct({{ side }}::{{ side }});
{% endfor %}
    let services = Services::default();
{% if role %}
    let services = serve(services, {{ own }}::new());
{% endif %}
{% for client in clients %}
    let services = {{ client.library }}::serve(services, {{ client.library }}::{{ client.own }}::new());
{% endfor %}
    Participant {
        service: {{ service }},
        workflows,
        services,
        listens: LISTENS,
        events: EVENTS,
        remote: REMOTE,
    }
}

{{ listens }}

{{ remote }}
