with in_force as (
    select * from {{ ref('int_targets_in_force') }}
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

given as (
    select
        in_force.*,
        true as is_given
    from in_force
),

-- Nobody has given the unit itself a headline target that still runs: said in so many words.
not_given as (
    select
        units.period,
        units.org_unit_code,
        cast(null as string) as inherited_from_code,
        cast(null as string) as inherited_from_name_vi,
        indicators.indicator_code,
        'none' as target_set,
        cast(null as string) as set_kind,
        cast(null as bigint) as first_year,
        periods.year as target_year,
        cast(null as bigint) as target_version,
        cast(null as string) as operator,
        cast(null as double) as target_value,
        cast(null as double) as first_target_value,
        false as is_adjusted,
        false as is_qualitative,
        cast(null as string) as qualitative_word,
        cast(null as bigint) as threshold,
        cast(null as string) as denominator,
        cast(null as string) as source,
        true as is_followed,
        false as is_given
    from units
    inner join periods on units.period = periods.period
    cross join indicators
    left join given
        on
            units.org_unit_code = given.org_unit_code
            and indicators.indicator_code = given.indicator_code
            and units.period = given.period
            and given.is_followed
            and given.inherited_from_code is null
    where
        indicators.is_headline
        and units.expects_headline_targets
        and given.period is null
),

combined as (
    select * from given
    union all
    select * from not_given
),

final as (
    select
        combined.period,
        combined.org_unit_code,
        combined.inherited_from_code,
        combined.inherited_from_name_vi,
        combined.indicator_code,
        combined.target_set,
        combined.set_kind,
        combined.first_year,
        combined.target_year,
        combined.target_version,
        combined.operator,
        combined.target_value,
        combined.first_target_value,
        combined.is_adjusted,
        combined.is_qualitative,
        combined.qualitative_word,
        case when indicators.uses_threshold then coalesce(combined.threshold, thresholds.threshold) end
            as threshold,
        coalesce(combined.denominator, indicators.denominator_name_vi) as denominator,
        combined.source,
        combined.is_followed,
        combined.is_given
    from combined
    left join indicators on combined.indicator_code = indicators.indicator_code
    left join thresholds
        on combined.period = thresholds.period and combined.org_unit_code = thresholds.org_unit_code
)

select * from final
