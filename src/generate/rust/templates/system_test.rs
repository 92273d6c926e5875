//! What `{{ name }}` comes to when something goes wrong: each declared failure of each step, and outages,
//! with messages that come in many orders, and twice.
{% if untold %}
//! Of these steps nobody can say beforehand what comes of their failures: {{ untold | join(", ") }}.
{% endif %}

use runtime::choreography::stage::Stage;
use runtime::testing::Example;

{{ stage }}

{{ tests }}
