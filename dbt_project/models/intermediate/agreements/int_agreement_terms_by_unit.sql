{%- set counts = [
    'multi_employer', 'amended_in_period', 'expiring', 'grade_a', 'grade_b', 'grade_c', 'grade_d', 'not_graded',
    'graded', 'good', 'terms_known', 'with_better_terms', 'better_terms', 'meal_known', 'shift_meal_sum'
] -%}

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

-- What counts only agreements in force is 0, not unknown, where the last one has expired.
measured as (
    select
        period,
        org_unit_code,
        multi_employer,
        amended_in_period,
        coalesce(expiring, 0) as expiring,
        {% for grade in ['a', 'b', 'c', 'd'] -%}
            case when quality = '{{ grade }}' then 1 when quality is not null or is_in_force = 0 then 0 end
                as grade_{{ grade }},
        {% endfor -%}
        case when quality = 'not_graded' then 1 when quality is not null or is_in_force = 0 then 0 end
            as not_graded,
        case when quality <> 'not_graded' then 1 when quality is not null or is_in_force = 0 then 0 end
            as graded,
        case when quality in ('a', 'b') then 1 when quality is not null or is_in_force = 0 then 0 end as good,
        case when better_terms is not null then 1 else 0 end as terms_known,
        case when better_terms > 0 then 1 when better_terms = 0 or is_in_force = 0 then 0 end
            as with_better_terms,
        case when is_in_force = 0 then 0 else better_terms end as better_terms,
        case when shift_meal_vnd is not null then 1 else 0 end as meal_known,
        case when is_in_force = 0 then 0 else shift_meal_vnd end as shift_meal_sum,
        shift_meal_vnd as shift_meal_min
    from by_agreement
),

by_reporter as (
    select
        period,
        org_unit_code,
        {% for count in counts -%}
            sum({{ count }}) as {{ count }},
        {% endfor -%}
        min(shift_meal_min) as shift_meal_min
    from measured
    group by period, org_unit_code
),

final as (
    select
        ancestors.period,
        ancestors.ancestor_code as org_unit_code,
        {% for count in counts -%}
            cast(sum(by_reporter.{{ count }}) as bigint) as {{ count }},
        {% endfor -%}
        min(by_reporter.shift_meal_min) as shift_meal_min
    from by_reporter
    inner join ancestors
        on by_reporter.period = ancestors.period and by_reporter.org_unit_code = ancestors.org_unit_code
    group by ancestors.period, ancestors.ancestor_code
)

select * from final
