with targets as (
    select
        int_target_actuals.*,
        coalesce(int_target_actuals.threshold, 0) as series_threshold
    from {{ ref('int_target_actuals') }} as int_target_actuals
    where is_given and target_value is not null and inherited_from_code is null
),

indicators as (
    select * from {{ ref('int_indicators') }}
),

trends as (
    select * from {{ ref('int_target_trends') }}
),

seasonality as (
    select * from {{ ref('int_target_seasonality') }}
    where lowest_share > 0
),

student_t as (
    select * from {{ ref('student_t_quantiles') }}
),

joined as (
    select
        targets.period,
        targets.org_unit_code,
        targets.indicator_code,
        targets.target_set,
        targets.target_year,
        targets.inherited_from_code,
        targets.counted_over,
        targets.periods_left,
        targets.actual_value,
        coalesce(targets.completeness_pct, 100) / 100 as part_known,
        -- what has not been reported yet is still to come, too
        targets.periods_left
        + targets.periods_elapsed * (1 - coalesce(targets.completeness_pct, 100) / 100) as periods_to_come,
        targets.end_index,
        -- from the last figure that it stands on, which may be older than the period
        targets.end_index - trends.last_index as quarters_ahead,
        trends.last_index as data_index,
        indicators.unit,
        indicators.unit_vi,
        trends.quarters,
        trends.mean_index,
        trends.mean_value,
        trends.highest_value,
        trends.deviation,
        trends.slope,
        trends.spread_of_index,
        trends.residual_squares,
        seasonality.share,
        seasonality.lowest_share,
        seasonality.highest_share,
        case
            when targets.counted_over = 'moment' then 'trend'
            when seasonality.share is not null then 'seasonal'
            else 'run_rate'
        end as method,
        cast(
            coalesce(seasonality.full_years * targets.periods_per_year, trends.periods, 0) as bigint
        ) as periods_used,
        targets.counted_over = 'year' and targets.year < targets.target_year as is_early,
        targets.counted_over <> 'moment'
        and (targets.actual_value is null or not {{ is_complete_enough('targets.completeness_pct') }})
            as is_incomplete,
        targets.is_followed and targets.org_unit_valid_from is not null as has_unit
    from targets
    left join indicators on targets.indicator_code = indicators.indicator_code
    left join trends
        on
            targets.period = trends.period
            and targets.org_unit_code = trends.org_unit_code
            and targets.org_unit_valid_from = trends.org_unit_valid_from
            and targets.indicator_code = trends.indicator_code
            and targets.series_threshold = trends.threshold
    left join seasonality
        on
            targets.counted_over = 'year'
            and targets.org_unit_code = seasonality.org_unit_code
            and targets.org_unit_valid_from = seasonality.org_unit_valid_from
            and targets.indicator_code = seasonality.indicator_code
            and targets.series_threshold = seasonality.threshold
            and targets.target_year = seasonality.target_year
            and targets.last_index = {{ period_index('targets.year', 'seasonality.quarter') }}
),

judged as (
    select
        joined.*,
        case
            when periods_left = 0 then 'over'
            when is_early then 'early'
            when not has_unit then 'no_unit'
            when is_incomplete then 'incomplete'
            when periods_used < {{ var('projection_from_periods') }} then 'too_few'
            when method <> 'seasonal' and quarters_ahead > {{ var('projection_reach') }} * quarters
                then 'too_far'
        end as obstacle,
        case method when 'trend' then periods_used - 2 else periods_used - 1 end as degrees_of_freedom
    from joined
),

quantiles as (
    select
        judged.*,
        student_t.quantile_90
    from judged
    left join student_t on judged.degrees_of_freedom = student_t.degrees_of_freedom
    where judged.obstacle is null
),

-- Half the interval of a value still to come on the line, and of the sum of the values still to come.
reckoned as (
    select
        quantiles.*,
        case method
            when 'trend' then mean_value + slope * (end_index - mean_index)
            when 'seasonal' then actual_value / (part_known * share)
            else actual_value + periods_to_come * mean_value
        end as middle,
        case method
            when 'trend'
                then
                    quantile_90
                    * sqrt(residual_squares / (periods_used - 2))
                    * sqrt(
                        1
                        + 1.0 / periods_used
                        + (end_index - mean_index) * (end_index - mean_index) / spread_of_index
                    )
            when 'run_rate'
                then
                    quantile_90
                    * deviation
                    * sqrt(periods_to_come + periods_to_come * periods_to_come / periods_used)
        end as margin,
        case when method = 'trend' then 0 else actual_value end as least,
        case when unit = 'percent' and highest_value <= 100 then 100 end as most
    from quantiles
),

bounded as (
    select
        reckoned.*,
        case method
            when 'seasonal' then actual_value / (part_known * highest_share)
            else middle - margin
        end as low,
        case method
            when 'seasonal' then actual_value / (part_known * lowest_share)
            else middle + margin
        end as high
    from reckoned
),

final as (
    select
        judged.period,
        judged.org_unit_code,
        judged.indicator_code,
        judged.target_set,
        judged.target_year,
        judged.inherited_from_code,
        judged.unit,
        judged.unit_vi,
        judged.obstacle,
        judged.quarters,
        judged.quarters_ahead,
        judged.data_index,
        judged.periods_used as projection_periods,
        case when judged.obstacle is null then judged.method end as projection_method,
        -- rounded, so that the order in which values are added up does not show in the last digit
        {{ rounded(within('bounded.middle', 'bounded.least', 'bounded.most'), 6) }} as projected_value,
        {{ rounded(within('bounded.low', 'bounded.least', 'bounded.most'), 6) }} as projected_low,
        {{ rounded(within('bounded.high', 'bounded.least', 'bounded.most'), 6) }} as projected_high
    from judged
    left join bounded on {{ is_same_target('judged', 'bounded') }}
)

select * from final
