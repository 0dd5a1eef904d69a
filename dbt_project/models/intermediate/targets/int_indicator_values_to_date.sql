with indicator_values as (
    select * from {{ ref('int_indicator_values') }}
),

indicators as (
    select * from {{ ref('indicators') }}
),

units as (
    select * from {{ ref('int_org_units_by_period') }}
),

calendar as (
    select * from {{ ref('int_calendar_by_subject') }}
),

completeness as (
    select * from {{ ref('int_completeness_by_unit') }}
),

thresholds as (
    select * from {{ ref('int_thresholds_by_unit') }}
),

-- A stock or a ratio stands until the next report is due: in a quarter that asks for none, the last one
-- counts, if it is of the same unit: a code may have come to mean another one.
keys as (
    select
        units.period,
        units.org_unit_code,
        units.valid_from,
        indicators.indicator_code,
        indicators.subject,
        indicators.aggregation_over_time,
        coalesce(thresholds.threshold, 0) as threshold,
        calendar.year,
        calendar.quarter,
        calendar.due_of_year,
        calendar.due_of_year_in_range,
        units_then.period as actual_period
    from units
    inner join calendar on units.period = calendar.period
    inner join indicators on calendar.subject = indicators.subject
    left join units as units_then
        on
            units.org_unit_code = units_then.org_unit_code
            and units.valid_from = units_then.valid_from
            and units_then.period = case
                when indicators.aggregation_over_time = 'last' then calendar.latest_due_period
                else units.period
            end
    left join thresholds
        on
            units.period = thresholds.period
            and units.org_unit_code = thresholds.org_unit_code
            and indicators.uses_threshold
),

joined as (
    select
        keys.*,
        indicator_values.value,
        completeness.reporters_expected,
        completeness.reporters_reported
    from keys
    left join indicator_values
        on
            keys.actual_period = indicator_values.period
            and keys.org_unit_code = indicator_values.org_unit_code
            and keys.indicator_code = indicator_values.indicator_code
            and keys.threshold = indicator_values.threshold
    left join completeness
        on
            keys.actual_period = completeness.period
            and keys.org_unit_code = completeness.org_unit_code
            and keys.subject = completeness.subject
),

year_to_date as (
    select
        joined.*,
        sum(value) over so_far as value_of_year,
        sum(reporters_expected) over so_far as expected_of_year,
        sum(reporters_reported) over so_far as reported_of_year
    from joined
    window so_far as (
        partition by org_unit_code, valid_from, indicator_code, threshold, year
        order by quarter
        rows between unbounded preceding and current row
    )
),

-- Reports that the year asked for before the first one ever received were expected from nobody, yet a sum
-- over the year lacks them: its completeness is scaled by the share of the year's reports that can be known.
final as (
    select
        period,
        org_unit_code,
        indicator_code,
        threshold,
        actual_period,
        case when aggregation_over_time = 'sum' then value_of_year else value end as actual_value,
        case
            when aggregation_over_time = 'sum'
                then
                    {{ percent('reported_of_year', 'expected_of_year') }}
                    * due_of_year_in_range / nullif(due_of_year, 0)
            else {{ percent('reporters_reported', 'reporters_expected') }}
        end as completeness_pct
    from year_to_date
)

select * from final
