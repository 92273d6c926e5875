//! The workflows, and the services that they call.

{% for module in modules %}
pub mod {{ module }};
{% endfor %}

{% if reacts %}
use runtime::both::Whole;
use runtime::choreography::Participant;
use runtime::choreography::system::System;
use runtime::{Project, Route, Services, Workflows};

/// Where the runs are kept when nothing else is said.
pub const ADDRESS: &str = {{ address }};

/// What is conducted, beside a system of services that react, some here and some only called from here.
pub fn beside(system: System, called: Vec<Participant>) -> Whole {
    let project = Project { workflows: workflows(), services: services(), routes: ROUTES };
    Whole { project, service, system, called, address: ADDRESS }
}

/// The services that react, as far as they are called.
pub fn called() -> Vec<Participant> {
{{ called }}
}

{% else %}
use runtime::{Route, Services, Workflows};

{% endif %}
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
{% if reacts %}
/// Those that react are called through their databases, which whoever runs this knows.
{% endif %}
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
{% if not service.reacts %}
{{ service.serving }}
{% endif %}
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
