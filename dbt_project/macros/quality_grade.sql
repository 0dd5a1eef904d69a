{#-
The grade of one heading of data quality: that of the worst of its measures, which are columns of `relation` named
in `quality_bounds`. Where good lies above fair, more is better. A measure that is null is not judged; without any the
grade is unknown.
-#}
{% macro quality_grade(relation, measures) -%}
    {%- set bounds = var('quality_bounds') -%}
    case
        when {% for measure in measures -%}
            {{ relation }}.{{ measure }} is null{{ ' and ' if not loop.last }}
        {%- endfor %} then 'unknown'
        {%- for grade, bound in [('poor', 'fair'), ('fair', 'good')] %}
        when {% for measure in measures -%}
            {{ relation }}.{{ measure }} {{ '<' if bounds[measure].good > bounds[measure].fair else '>' }} {{ bounds[measure][bound] }}
            {{- ' or ' if not loop.last }}
        {%- endfor %} then '{{ grade }}'
        {%- endfor %}
        else 'good'
    end
{%- endmacro %}
