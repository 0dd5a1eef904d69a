with ancestors as (
    select * from {{ ref('int_org_unit_ancestors') }}
),

activities as (
    select * from {{ ref('int_activities_current') }}
),

indicators as (
    select * from {{ ref('indicators') }}
),

-- What must not be added up stands at the unit that reported it, and nowhere above.
rolled_up as (
    select
        activities.period,
        ancestors.ancestor_code as org_unit_code,
        activities.indicator_code,
        activities.plan_value,
        activities.actual_value,
        case when activities.actual_value is not null then activities.plan_value end as plan_of_reported,
        case when activities.plan_value is not null then activities.actual_value end as actual_of_planned
    from activities
    inner join indicators on activities.indicator_code = indicators.indicator_code
    inner join ancestors
        on activities.period = ancestors.period and activities.org_unit_code = ancestors.org_unit_code
    where indicators.aggregation_over_units = 'sum' or ancestors.distance = 0
),

-- A plan is compared with the actual values of the units that had one: both sides speak of the same units.
final as (
    select
        period,
        org_unit_code,
        indicator_code,
        sum(plan_value) as plan_value,
        sum(actual_value) as actual_value,
        {{ percent('sum(actual_of_planned)', 'sum(plan_of_reported)') }} as pct_of_plan,
        count(actual_value) as reporters_with_value
    from rolled_up
    group by period, org_unit_code, indicator_code
)

select * from final
