with ancestors as (
    select * from {{ ref('int_org_unit_ancestors') }}
),

activities as (
    select * from {{ ref('int_activities_current') }}
),

money as (
    select * from {{ ref('int_money_by_reporter') }}
),

indicators as (
    select * from {{ ref('int_indicators') }}
    where origin = 'derived' and subject = 'activities'
),

indicator_periods as (
    select * from {{ ref('int_indicator_periods') }}
),

units as (
    select * from {{ ref('int_org_units_by_period') }}
),

own_values as (
    select
        period,
        org_unit_code,
        indicator_code,
        actual_value as value
    from activities
    where actual_value is not null
    union all
    select
        period,
        org_unit_code,
        indicator_code,
        value
    from money
),

-- A reporter that gave only one of the two stands on neither side: what it left out is not 0. Decimals, so
-- that sums do not depend on the order of the rows.
complete as (
    select
        numerators.period,
        numerators.org_unit_code,
        indicators.indicator_code,
        cast(numerators.value as decimal(28, 4)) as numerator_value,
        cast(denominators.value as decimal(28, 4)) as denominator_value
    from indicators
    inner join own_values as numerators on indicators.numerator = numerators.indicator_code
    inner join own_values as denominators
        on
            indicators.denominator = denominators.indicator_code
            and numerators.period = denominators.period
            and numerators.org_unit_code = denominators.org_unit_code
),

by_unit as (
    select
        ancestors.period,
        ancestors.ancestor_code as org_unit_code,
        ancestors.ancestor_valid_from as valid_from,
        complete.indicator_code,
        sum(complete.numerator_value) as numerator_value,
        sum(complete.denominator_value) as denominator_value
    from complete
    inner join ancestors
        on complete.period = ancestors.period and complete.org_unit_code = ancestors.org_unit_code
    group by
        ancestors.period, ancestors.ancestor_code, ancestors.ancestor_valid_from, complete.indicator_code
),

-- A code may have come to mean another unit: only what the same unit reported counts.
to_date as (
    select
        indicator_periods.period,
        by_unit.org_unit_code,
        by_unit.indicator_code,
        max(case when indicators.is_summed then indicator_periods.period else by_unit.period end)
            as actual_period,
        sum(by_unit.numerator_value) as numerator_to_date,
        sum(by_unit.denominator_value) as denominator_to_date
    from by_unit
    inner join indicators on by_unit.indicator_code = indicators.indicator_code
    inner join indicator_periods
        on
            by_unit.period = indicator_periods.counted_period
            and indicators.frequency = indicator_periods.frequency
            and indicators.is_summed = indicator_periods.is_summed
            -- what counts since January says nothing of the next year
            and (not indicators.is_cumulative or left(by_unit.period, 4) = left(indicator_periods.period, 4))
    inner join units
        on
            indicator_periods.period = units.period
            and by_unit.org_unit_code = units.org_unit_code
            and by_unit.valid_from = units.valid_from
    group by indicator_periods.period, by_unit.org_unit_code, by_unit.indicator_code
),

final as (
    select
        coalesce(by_unit.period, to_date.period) as period,
        coalesce(by_unit.org_unit_code, to_date.org_unit_code) as org_unit_code,
        coalesce(by_unit.indicator_code, to_date.indicator_code) as indicator_code,
        cast(by_unit.numerator_value as double) as numerator_value,
        cast(by_unit.denominator_value as double) as denominator_value,
        to_date.actual_period,
        cast(to_date.numerator_to_date as double) as numerator_to_date,
        cast(to_date.denominator_to_date as double) as denominator_to_date
    from by_unit
    full outer join to_date
        on
            by_unit.period = to_date.period
            and by_unit.org_unit_code = to_date.org_unit_code
            and by_unit.indicator_code = to_date.indicator_code
)

select * from final
