with base_values as (
    select * from {{ ref('int_indicator_base_values') }}
),

values_to_date as (
    select * from {{ ref('int_indicator_base_values_to_date') }}
),

indicators as (
    select * from {{ ref('int_indicators') }}
),

periods as (
    select * from {{ ref('int_periods_reported') }}
),

keys as (
    select
        period,
        org_unit_code,
        indicator_code,
        threshold
    from base_values
    union
    select
        period,
        org_unit_code,
        indicator_code,
        threshold
    from values_to_date
),

base as (
    select
        keys.*,
        base_values.value,
        values_to_date.value_to_date,
        values_to_date.actual_period
    from keys
    left join base_values
        on
            keys.period = base_values.period
            and keys.org_unit_code = base_values.org_unit_code
            and keys.indicator_code = base_values.indicator_code
            and keys.threshold = base_values.threshold
    left join values_to_date
        on
            keys.period = values_to_date.period
            and keys.org_unit_code = values_to_date.org_unit_code
            and keys.indicator_code = values_to_date.indicator_code
            and keys.threshold = values_to_date.threshold
),

{% for part in ['numerator', 'denominator'] -%}
    {{ part }}s as (
        select
            base.period,
            base.org_unit_code,
            indicators.indicator_code,
            base.threshold,
            base.value,
            base.value_to_date,
            base.actual_period
        from base
        inner join indicators on base.indicator_code = indicators.{{ part }}
        inner join periods on base.period = periods.period
        where indicators.origin = 'derived' and {{ is_valid_on('indicators', 'periods.ends_on') }}
    ),

{% endfor -%}
-- Numerator and denominator are those of the same level: a ratio of sums, never a mean of ratios.
derived as (
    select
        coalesce(numerators.period, denominators.period) as period,
        coalesce(numerators.org_unit_code, denominators.org_unit_code) as org_unit_code,
        coalesce(numerators.indicator_code, denominators.indicator_code) as indicator_code,
        coalesce(numerators.threshold, denominators.threshold) as threshold,
        coalesce(numerators.actual_period, denominators.actual_period) as actual_period,
        numerators.value as numerator_value,
        denominators.value as denominator_value,
        numerators.value_to_date as numerator_to_date,
        denominators.value_to_date as denominator_to_date
    from numerators
    full outer join denominators
        on
            numerators.period = denominators.period
            and numerators.org_unit_code = denominators.org_unit_code
            and numerators.indicator_code = denominators.indicator_code
            and numerators.threshold = denominators.threshold
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
