//! What `{{ name }}` comes to when something goes wrong: each declared failure of each step, and outages.
{% if untold %}
//! Of these steps nobody can say beforehand what comes of their failures: {{ untold | join(", ") }}.
{% endif %}

use runtime::testing::{Example, Stage};

{{ stage }}

{{ tests }}
