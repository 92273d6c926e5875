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

/// The services as they are.
pub fn services() -> Services {
    let services = Services::default();
{% for service in services %}
    let services = {{ service.library }}::serve(services, {{ service.library }}::{{ service.own }}::new());
{% endfor %}
    services
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
