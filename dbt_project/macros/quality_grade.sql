{#-
The grade of one heading of data quality: that of the worst of its measures, which are columns of `relation` with
bounds in the variable `quality_bounds`. Where good lies above fair, more is better. A measure that is null is not
judged; without any the grade is unknown.
-#}
{% macro quality_grade(relation, measures) -%}
    {%- set unknown, poor, fair = [], [], [] -%}
    {%- for measure in measures -%}
        {%- set column = relation ~ '.' ~ measure -%}
        {%- set bounds = var('quality_bounds')[measure] -%}
        {%- set worse_than = ' < ' if bounds.good > bounds.fair else ' > ' -%}
        {%- do unknown.append(column ~ ' is null') -%}
        {%- do poor.append(column ~ worse_than ~ bounds.fair) -%}
        {%- do fair.append(column ~ worse_than ~ bounds.good) -%}
    {%- endfor -%}
    case
        when {{ unknown | join(' and ') }} then 'unknown'
        when {{ poor | join(' or ') }} then 'poor'
        when {{ fair | join(' or ') }} then 'fair'
        else 'good'
    end
{%- endmacro %}
