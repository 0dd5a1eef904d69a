{%- set rates = {
    'fee_wage_fund_vnd': ('money.fee_expected_vnd', 'fee_rate_pct'),
    'dues_wage_fund_vnd': ('money.dues_expected_vnd', 'dues_rate_pct'),
} -%}

with activities as (
    select * from {{ ref('fct_activity') }}
),

indicators as (
    select * from {{ ref('dim_indicator') }}
),

levels as (
    select * from {{ ref('lineage_level') }}
    where basis = 'as_reported'
),

periods as (
    select * from {{ ref('dim_period') }}
),

parameters as (
    select * from {{ ref('dim_parameter') }}
),

-- What must not be added up stands at the unit that reported it, and nowhere above.
placed as (
    select
        activities.*,
        levels.org_unit_code as level_code
    from activities
    inner join indicators on activities.indicator_code = indicators.indicator_code
    inner join levels
        on activities.period = levels.period and activities.org_unit_code = levels.reporter_code
    where indicators.aggregation_over_units = 'sum' or levels.distance = 0
),

measured as (
    select
        placed.*,
        'plan_value.' || indicator_code as measure,
        'plan_value' as field,
        plan_value as contribution
    from placed
    union all
    select
        placed.*,
        'actual_value.' || indicator_code as measure,
        'actual_value' as field,
        actual_value as contribution
    from placed
    union all
    select
        placed.*,
        'plan_of_reported.' || indicator_code as measure,
        'plan_value' as field,
        case when actual_value is not null then plan_value end as contribution
    from placed
    union all
    select
        placed.*,
        'actual_of_planned.' || indicator_code as measure,
        'actual_value' as field,
        case when plan_value is not null then actual_value end as contribution
    from placed
    {% for indicator, (measure, rate) in rates.items() -%}
        union all
        select
            placed.*,
            '{{ measure }}' as measure,
            'actual_value' as field,
            placed.actual_value * parameters.value / 100 as contribution
        from placed
        inner join periods on placed.period = periods.period
        inner join parameters on {{ is_valid_on('parameters', 'periods.ends_on') }}
        where placed.indicator_code = '{{ indicator }}' and parameters.name = '{{ rate }}'
    {% endfor %}
),

final as (
    select
        period,
        level_code as org_unit_code,
        measure,
        'all' as sector,
        'as_reported' as basis,
        'all' as scope,
        cast(null as bigint) as threshold,
        cast(contribution as double) as contribution,
        'fct_activity' as fact,
        field,
        submission_id,
        source_sheet,
        source_row
    from measured
)

select * from final
where contribution is not null
