with base_values as (
    select * from {{ ref('int_indicator_base_values') }}
),

values_to_date as (
    select * from {{ ref('int_indicator_base_values_to_date') }}
),

activity_ratios as (
    select * from {{ ref('int_activity_ratios') }}
),

indicators as (
    select * from {{ ref('int_indicators') }}
),

periods as (
    select * from {{ ref('int_periods_reported') }}
),

base as (
    select
        coalesce(base_values.period, values_to_date.period) as period,
        coalesce(base_values.org_unit_code, values_to_date.org_unit_code) as org_unit_code,
        coalesce(base_values.indicator_code, values_to_date.indicator_code) as indicator_code,
        coalesce(base_values.threshold, values_to_date.threshold) as threshold,
        base_values.value,
        values_to_date.actual_period,
        values_to_date.value_to_date
    from base_values
    full outer join values_to_date
        on
            base_values.period = values_to_date.period
            and base_values.org_unit_code = values_to_date.org_unit_code
            and base_values.indicator_code = values_to_date.indicator_code
            and base_values.threshold = values_to_date.threshold
),

-- Detail models count both parts over the same reporters; those of activities have a model of their own.
parts as (
    select
        indicator_code,
        valid_from,
        valid_to,
        numerator as part_code,
        1 as is_numerator
    from indicators
    where origin = 'derived' and subject <> 'activities'
    union all
    select
        indicator_code,
        valid_from,
        valid_to,
        denominator as part_code,
        0 as is_numerator
    from indicators
    where origin = 'derived' and subject <> 'activities'
),

-- Numerator and denominator are those of the same level: a ratio of sums, never a mean of ratios.
derived as (
    select
        base.period,
        base.org_unit_code,
        parts.indicator_code,
        base.threshold,
        max(base.actual_period) as actual_period,
        max(case when parts.is_numerator = 1 then base.value end) as numerator_value,
        max(case when parts.is_numerator = 0 then base.value end) as denominator_value,
        max(case when parts.is_numerator = 1 then base.value_to_date end) as numerator_to_date,
        max(case when parts.is_numerator = 0 then base.value_to_date end) as denominator_to_date
    from base
    inner join parts on base.indicator_code = parts.part_code
    inner join periods on base.period = periods.period and {{ is_valid_on('parts', 'periods.ends_on') }}
    group by base.period, base.org_unit_code, parts.indicator_code, base.threshold
    union all
    select
        activity_ratios.period,
        activity_ratios.org_unit_code,
        activity_ratios.indicator_code,
        cast(0 as bigint) as threshold,
        activity_ratios.actual_period,
        activity_ratios.numerator_value,
        activity_ratios.denominator_value,
        activity_ratios.numerator_to_date,
        activity_ratios.denominator_to_date
    from activity_ratios
    inner join indicators on activity_ratios.indicator_code = indicators.indicator_code
    inner join periods
        on activity_ratios.period = periods.period and {{ is_valid_on('indicators', 'periods.ends_on') }}
),

final as (
    select
        period,
        org_unit_code,
        indicator_code,
        threshold,
        value,
        cast(null as double) as numerator_value,
        cast(null as double) as denominator_value,
        actual_period,
        value_to_date,
        cast(null as double) as numerator_to_date,
        cast(null as double) as denominator_to_date
    from base
    union all
    select
        derived.period,
        derived.org_unit_code,
        derived.indicator_code,
        derived.threshold,
        {{ ratio('indicators.per', 'derived.numerator_value', 'derived.denominator_value') }} as value,
        derived.numerator_value,
        derived.denominator_value,
        derived.actual_period,
        {{ ratio('indicators.per', 'derived.numerator_to_date', 'derived.denominator_to_date') }}
            as value_to_date,
        derived.numerator_to_date,
        derived.denominator_to_date
    from derived
    inner join indicators on derived.indicator_code = indicators.indicator_code
)

select * from final
