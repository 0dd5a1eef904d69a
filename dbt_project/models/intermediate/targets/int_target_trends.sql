with targets as (
    select * from {{ ref('int_target_actuals') }}
    where
        is_followed
        and target_value is not null
        and org_unit_valid_from is not null
        and inherited_from_code is null
),

series as (
    select * from {{ ref('int_target_series') }}
    where is_complete and value is not null
),

periods as (
    select * from {{ ref('int_periods_reported') }}
),

scope_changes as (
    select * from {{ ref('scope_changes') }}
),

-- What was reported before unions of a whole sector ended says nothing about where the others are going.
breaks as (
    select
        periods.period,
        max(scope_changes.ended_to) as broken_on
    from periods
    inner join scope_changes on periods.ends_on >= scope_changes.ended_to
    group by periods.period
),

observed as (
    select distinct
        targets.period,
        targets.org_unit_code,
        targets.org_unit_valid_from,
        targets.indicator_code,
        coalesce(targets.threshold, 0) as threshold,
        targets.last_index,
        breaks.broken_on
    from targets
    left join breaks on targets.period = breaks.period
),

history as (
    select
        observed.period,
        observed.org_unit_code,
        observed.org_unit_valid_from,
        observed.indicator_code,
        observed.threshold,
        series.counts_from_january,
        cast(series.period_index as double) as period_index,
        series.value,
        row_number() over (
            partition by
                observed.period, observed.org_unit_code, observed.indicator_code, observed.threshold
            order by series.period_index desc
        ) as recency
    from observed
    inner join series
        on
            {{ is_same_series('observed', 'series') }}
            and observed.last_index >= series.period_index
            and series.ends_on >= coalesce(observed.broken_on, series.ends_on)
),

-- The line through all of a stock, the mean of the last values of a flow.
final as (
    select
        period,
        org_unit_code,
        org_unit_valid_from,
        indicator_code,
        threshold,
        count(*) as periods,
        cast(max(period_index) - min(period_index) + 1 as bigint) as quarters,
        cast(max(period_index) as bigint) as last_index,
        avg(period_index) as mean_index,
        avg(value) as mean_value,
        max(value) as highest_value,
        stddev_samp(value) as deviation,
        regr_slope(value, period_index) as slope,
        regr_sxx(value, period_index) as spread_of_index,
        -- what the line leaves unexplained; rounding may bring it a hair below zero
        greatest(
            0,
            regr_syy(value, period_index)
            - regr_sxy(value, period_index) * regr_sxy(value, period_index)
            / nullif(regr_sxx(value, period_index), 0)
        ) as residual_squares
    from history
    where not counts_from_january or recency <= {{ var('projection_mean_of_periods') }}
    group by period, org_unit_code, org_unit_valid_from, indicator_code, threshold
)

select * from final
