{%- set measures = agreement_measures().strip().split('\n') -%}

with ancestors as (
    select * from {{ ref('int_org_unit_ancestors') }}
),

agreements as (
    select * from {{ ref('int_agreements_current') }}
),

-- An agreement of several employers stands in several rows and is one agreement. Where its rows differ, the
-- lower grade, the larger number of better terms and the lower meal count; it expires with its last row. Its
-- code is unique only within the unit that reports it.
by_agreement as (
    select
        period,
        org_unit_code,
        agreement_code,
        max(case when is_amended_in_period then 1 else 0 end) as amended_in_period,
        max(case when status = 'in_force' then 1 else 0 end) as is_in_force,
        min(case when is_expiring then 1 when status = 'in_force' then 0 end) as expiring,
        max(case when status = 'in_force' and scope <> 'enterprise' then 1 else 0 end) as multi_employer,
        coalesce(
            max(case when status = 'in_force' and quality <> 'not_graded' then quality end),
            max(case when status = 'in_force' then quality end)
        ) as quality,
        max(case when status = 'in_force' then better_terms end) as better_terms,
        min(case when status = 'in_force' then shift_meal_vnd end) as shift_meal_vnd
    from agreements
    group by period, org_unit_code, agreement_code
),

measured as (
    select
        period,
        org_unit_code,
        {% for line in measures -%}
            {%- set measure, field, contribution = line.split(' | ') -%}
            {{ contribution }} as {{ measure }},
        {% endfor -%}
        shift_meal_vnd as shift_meal_min
    from by_agreement
),

by_reporter as (
    select
        period,
        org_unit_code,
        {% for line in measures -%}
            {%- set measure = line.split(' | ')[0] -%}
            sum({{ measure }}) as {{ measure }},
        {% endfor -%}
        min(shift_meal_min) as shift_meal_min
    from measured
    group by period, org_unit_code
),

final as (
    select
        ancestors.period,
        ancestors.ancestor_code as org_unit_code,
        {% for line in measures -%}
            {%- set measure = line.split(' | ')[0] -%}
            cast(sum(by_reporter.{{ measure }}) as bigint) as {{ measure }},
        {% endfor -%}
        min(by_reporter.shift_meal_min) as shift_meal_min
    from by_reporter
    inner join ancestors
        on by_reporter.period = ancestors.period and by_reporter.org_unit_code = ancestors.org_unit_code
    group by ancestors.period, ancestors.ancestor_code
)

select * from final
