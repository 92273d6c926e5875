{% for line in doc %}
{{ ("//! " ~ line) | trim }}
{% endfor %}

{% for import in imports %}
{{ import }}
{% endfor %}
{% for item in items %}

{{ item }}
{% endfor %}
