with indicators as (
    select distinct frequency
    from {{ ref('int_indicators') }}
),

periods as (
    select * from {{ ref('int_periods_generated') }}
),

periods_reported as (
    select * from {{ ref('int_periods_reported') }}
),

asked as (
    select
        indicators.frequency,
        periods.period,
        periods.year,
        case when periods_reported.period is null then 0 else 1 end as is_in_range
    from indicators
    inner join periods on {{ asks_in_quarter('indicators.frequency', 'periods.quarter') }}
    left join periods_reported on periods.period = periods_reported.period
),

-- A stock stands until the next one is asked for.
latest as (
    select
        asked.frequency,
        periods_reported.period,
        max(asked.period) as counted_period
    from asked
    inner join periods_reported on asked.period <= periods_reported.period
    group by asked.frequency, periods_reported.period
),

-- A flow is that of the year so far. Its quarters before the first report ever received are asked for, too.
since_january as (
    select
        asked.frequency,
        periods_reported.period,
        asked.period as counted_period,
        sum(asked.is_in_range) over of_year as asked_in_range,
        count(*) over of_year as asked_of_year
    from asked
    inner join periods_reported
        on asked.year = periods_reported.year and asked.period <= periods_reported.period
    window of_year as (partition by asked.frequency, periods_reported.period)
),

final as (
    select
        period,
        frequency,
        false as is_summed,
        counted_period,
        cast(1 as double) as share_known
    from latest
    union all
    select
        period,
        frequency,
        true as is_summed,
        counted_period,
        cast(asked_in_range as double) / asked_of_year as share_known
    from since_january
)

select * from final
