//! {{ name }}. This file is yours: it is written once and never touched again.

{% for import in own_imports %}
{{ import }}
{% endfor %}

#[derive(Debug, Default)]
pub struct {{ own }} {}

impl {{ own }} {
    pub fn new() -> {{ own }} {
        {{ own }}::default()
    }
}

// Each of these is a stub that answers with an example.
impl {{ role }} for {{ own }} {
{{ own_methods }}
}
