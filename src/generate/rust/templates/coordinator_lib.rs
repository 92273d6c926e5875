//! The workflows, and the services that they call.

{% for module in modules %}
pub mod {{ module }};
{% endfor %}

use runtime::{Route, Services, Workflows};

/// The workflows that are conducted here.
pub fn workflows() -> Workflows {
    let workflows = Workflows::default();
{% for workflow in workflows %}
    let workflows = workflows.conduct({{ workflow.module }}::{{ workflow.function }});
{% if workflow.hands_over %}
    let workflows = workflows.hands_over({{ workflow.quoted }}, {{ workflow.module }}::HANDED_OVER);
{% endif %}
{% if workflow.schedule %}
    let workflows = workflows.{{ workflow.schedule | replace("{}", workflow.quoted) }};
{% endif %}
{% for it in workflow.late %}
    let workflows = workflows.conduct_late({{ it.name }}, {{ workflow.module }}::{{ it.function }});
{% endfor %}
{% endfor %}
    workflows
}

/// The services: each in this process or, where its variable says so, at an address.
pub fn services() -> Services {
    let services = Services::default();
{% for service in services %}
{{ service.placing }}
{% endfor %}
    services
}

/// One of the services, for a process of its own.
pub fn service(name: &str) -> Option<Services> {
    let services = Services::default();
    Some(match name {
{% for service in services %}
{{ service.serving }}
{% endfor %}
        _ => return None,
    })
}

/// Which runs an event belongs to.
{% if routes %}
pub static ROUTES: &[Route] = &[
{% for route in routes %}
{{ route }}
{% endfor %}
];
{% else %}
pub static ROUTES: &[Route] = &[];
{% endif %}
