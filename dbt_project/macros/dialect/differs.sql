{#- True when two values differ, null being a value as any other; never null. -#}
{% macro differs(one, other) -%}
    {{ one }} is distinct from {{ other }}
{%- endmacro %}
