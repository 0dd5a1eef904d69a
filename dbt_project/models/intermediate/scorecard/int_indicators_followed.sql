with indicator_values as (
    select * from {{ ref('mart_indicator') }}
),

-- Ratios only: a total tells how large a unit is, not how well it does.
indicators as (
    select * from {{ ref('int_indicators') }}
    where direction in ('up', 'down') and (kind = 'ratio' or unit = 'percent')
),

periods as (
    select
        int_periods_reported.*,
        4 * year + quarter as number
    from {{ ref('int_periods_reported') }} as int_periods_reported
),

thresholds as (
    select * from {{ ref('int_thresholds_by_unit') }}
    where is_national
),

-- Only the quarters that ask for the indicator, and of several thresholds the one that all units share.
asked as (
    select
        indicator_values.period,
        periods.number,
        indicator_values.org_unit_code,
        indicator_values.org_unit_valid_from,
        indicator_values.indicator_code,
        indicators.direction,
        case indicators.frequency when 'quarter' then 1 when 'half_year' then 2 when 'year' then 4 end
            as quarters_between,
        indicator_values.threshold,
        indicator_values.value,
        indicator_values.completeness_pct,
        case
            when indicator_values.value is null then 'no_value'
            when indicator_values.completeness_pct is null then 'completeness_unknown'
            when indicator_values.completeness_pct < {{ var('completeness_judged_from_pct') }}
                then 'incomplete'
        end as unjudged_reason
    from indicator_values
    inner join indicators on indicator_values.indicator_code = indicators.indicator_code
    inner join periods
        on
            indicator_values.period = periods.period
            and {{ asks_in_quarter('indicators.frequency', 'periods.quarter') }}
    left join thresholds
        on
            indicator_values.period = thresholds.period
            and indicator_values.org_unit_code = thresholds.org_unit_code
            and indicator_values.threshold = thresholds.threshold
    where indicator_values.threshold is null or thresholds.threshold is not null
),

-- A code may have come to mean another unit: it is followed through the validity of one.
compared as (
    select
        asked.*,
        previous.period as previous_period,
        previous.value as previous_value,
        year_ago.value as year_ago_value,
        asked.value - previous.value as change_on_previous,
        asked.value - year_ago.value as change_on_year,
        case when asked.direction = 'down' then -1 else 1 end as better_when,
        asked.unjudged_reason is null
        and previous.indicator_code is not null
        and previous.unjudged_reason is null as is_change_judged
    from asked
    left join asked as previous
        on
            asked.org_unit_code = previous.org_unit_code
            and asked.org_unit_valid_from = previous.org_unit_valid_from
            and asked.indicator_code = previous.indicator_code
            and asked.number - asked.quarters_between = previous.number
    left join asked as year_ago
        on
            asked.org_unit_code = year_ago.org_unit_code
            and asked.org_unit_valid_from = year_ago.org_unit_valid_from
            and asked.indicator_code = year_ago.indicator_code
            and asked.number - 4 = year_ago.number
),

final as (
    select
        period,
        org_unit_code,
        org_unit_valid_from,
        indicator_code,
        direction,
        threshold,
        value,
        completeness_pct,
        unjudged_reason,
        previous_period,
        previous_value,
        change_on_previous,
        year_ago_value,
        change_on_year,
        case
            when not is_change_judged then 'unknown'
            when 100 * abs(change_on_previous) <= {{ var('steady_within_pct') }} * abs(previous_value)
                then 'steady'
            when better_when * change_on_previous > 0 then 'improving'
            else 'worsening'
        end as trend
    from compared
)

select * from final
