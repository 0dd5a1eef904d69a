with targets as (
    select * from {{ ref('int_targets_combined') }}
),

indicators as (
    select * from {{ ref('int_indicators') }}
),

periods as (
    select * from {{ ref('int_periods_reported') }}
),

units as (
    select * from {{ ref('int_org_units_by_period') }}
),

thresholds as (
    select * from {{ ref('int_thresholds_by_unit') }}
    where is_national
),

last_period as (
    select max(period) as period
    from periods
),

-- A stock or a ratio is followed in every period until the target year is over, a flow within its year only.
followed as (
    select
        targets.*,
        periods.period,
        true as is_followed,
        true as is_given
    from targets
    left join indicators on targets.indicator_code = indicators.indicator_code
    inner join periods
        on
            targets.target_year >= periods.year
            and (
                targets.target_year = periods.year
                or coalesce(indicators.aggregation_over_time, 'last') <> 'sum'
            )
),

-- A target none of whose periods has data still stands beside the latest period, without an actual value.
not_followed as (
    select
        targets.*,
        last_period.period,
        false as is_followed,
        true as is_given
    from targets
    cross join last_period
    left join followed
        on
            targets.org_unit_code = followed.org_unit_code
            and targets.indicator_code = followed.indicator_code
            and targets.target_set = followed.target_set
            and targets.target_year = followed.target_year
    where followed.period is null and last_period.period is not null
),

-- Nobody has given a headline target that still runs: said in so many words.
not_given as (
    select
        units.org_unit_code,
        indicators.indicator_code,
        'none' as target_set,
        periods.year as target_year,
        cast(null as string) as operator,
        cast(null as double) as target_value,
        false as is_qualitative,
        cast(null as string) as qualitative_word,
        cast(null as bigint) as threshold,
        cast(null as string) as denominator,
        cast(null as string) as source,
        cast(null as string) as submission_id,
        cast(null as string) as source_sheet,
        cast(null as bigint) as source_row,
        units.period,
        true as is_followed,
        false as is_given
    from units
    inner join periods on units.period = periods.period
    cross join indicators
    left join followed
        on
            units.org_unit_code = followed.org_unit_code
            and indicators.indicator_code = followed.indicator_code
            and units.period = followed.period
    where
        indicators.is_headline
        and units.expects_headline_targets
        and followed.period is null
),

combined as (
    select * from followed
    union all
    select * from not_followed
    union all
    select * from not_given
),

final as (
    select
        combined.period,
        combined.org_unit_code,
        combined.indicator_code,
        combined.target_set,
        combined.target_year,
        combined.operator,
        combined.target_value,
        combined.is_qualitative,
        combined.qualitative_word,
        case when indicators.uses_threshold then coalesce(combined.threshold, thresholds.threshold) end
            as threshold,
        coalesce(combined.denominator, indicators.denominator_name_vi) as denominator,
        combined.source,
        cast(null as bigint) as first_year,
        cast(null as bigint) as target_version,
        cast(null as double) as first_target_value,
        false as is_adjusted,
        cast(null as string) as inherited_from_code,
        cast(null as string) as inherited_from_name_vi,
        cast(null as string) as set_kind,
        combined.is_followed,
        combined.is_given
    from combined
    left join indicators on combined.indicator_code = indicators.indicator_code
    left join thresholds
        on combined.period = thresholds.period and combined.org_unit_code = thresholds.org_unit_code
)

select * from final
