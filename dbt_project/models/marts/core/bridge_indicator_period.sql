with indicators as (
    select * from {{ ref('int_indicators') }}
),

indicator_periods as (
    select * from {{ ref('int_indicator_periods') }}
),

periods as (
    select * from {{ ref('int_periods_reported') }}
),

final as (
    select
        indicator_periods.period,
        indicators.indicator_code,
        indicator_periods.counted_period
    from indicators
    inner join indicator_periods
        on
            indicators.frequency = indicator_periods.frequency
            and indicators.is_summed = indicator_periods.is_summed
            and (
                not indicators.is_cumulative
                or left(indicator_periods.counted_period, 4) = left(indicator_periods.period, 4)
            )
    inner join periods
        on
            indicator_periods.counted_period = periods.period
            and {{ is_valid_on('indicators', 'periods.ends_on') }}
)

select * from final
