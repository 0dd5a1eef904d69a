{#- A query with one column `n`: the integers from `first` to `last`, both included. -#}
{% macro integers_between(first, last) -%}
    {{ return(adapter.dispatch('integers_between')(first, last)) }}
{%- endmacro %}

{% macro default__integers_between(first, last) -%}
    select cast(n as integer) as n from generate_series({{ first }}, {{ last }}) as numbers (n)
{%- endmacro %}

{% macro spark__integers_between(first, last) -%}
    select explode(sequence({{ first }}, {{ last }})) as n
{%- endmacro %}
