//! What services and workflows tell each other.

{% for module in modules %}
pub mod {{ module }};
{% endfor %}
