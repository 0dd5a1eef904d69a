{%- set measures = union_measures().strip().split('\n') -%}

with ancestors as (
    select * from {{ ref('int_org_unit_ancestors') }}
),

unions as (
    select * from {{ ref('int_unions_current') }}
),

measured as (
    select
        period,
        org_unit_code,
        {% for line in measures -%}
            {%- set measure, field, contribution = line.split(' | ') -%}
            {{ contribution }} as {{ measure }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from unions
),

-- Few rows before they are multiplied by levels.
by_reporter as (
    select
        period,
        org_unit_code,
        {% for line in measures -%}
            {%- set measure, field, contribution = line.split(' | ') -%}
            sum({{ measure }}) as {{ measure }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from measured
    group by period, org_unit_code
),

final as (
    select
        ancestors.period,
        ancestors.ancestor_code as org_unit_code,
        {% for line in measures -%}
            {%- set measure, field, contribution = line.split(' | ') -%}
            cast(sum(by_reporter.{{ measure }}) as bigint) as {{ measure }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from by_reporter
    inner join ancestors
        on by_reporter.period = ancestors.period and by_reporter.org_unit_code = ancestors.org_unit_code
    group by ancestors.period, ancestors.ancestor_code
)

select * from final
