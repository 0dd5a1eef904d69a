with indicators as (
    select * from {{ ref('indicators') }}
),

units_of_measure as (
    select * from {{ ref('units_of_measure') }}
),

-- A ratio adds up its numerator and its denominator over the year as each of them says of itself.
final as (
    select
        indicators.indicator_code,
        indicators.name_vi,
        indicators.name_en,
        indicators.unit,
        indicators.kind,
        indicators.direction,
        indicators.origin,
        indicators.measure,
        indicators.numerator,
        indicators.denominator,
        indicators.per,
        indicators.aggregation_over_units,
        indicators.aggregation_over_time,
        indicators.frequency,
        coalesce(indicators.valid_from, make_date({{ var('calendar_first_year') }}, 1, 1)) as valid_from,
        indicators.valid_to,
        indicators.subject,
        indicators.uses_threshold,
        indicators.is_headline,
        indicators.definition,
        indicators.source,
        units_of_measure.name_vi as unit_vi,
        numerators.name_vi as numerator_name_vi,
        denominators.name_vi as denominator_name_vi,
        coalesce(numerators.aggregation_over_time, indicators.aggregation_over_time) = 'sum'
        or coalesce(denominators.aggregation_over_time, indicators.aggregation_over_time) = 'sum'
            as is_summed,
        -- what happened in a period and is not summed any more counts since January
        (
            coalesce(numerators.kind, indicators.kind) = 'flow'
            and coalesce(numerators.aggregation_over_time, indicators.aggregation_over_time) = 'last'
        )
        or (
            coalesce(denominators.kind, indicators.kind) = 'flow'
            and coalesce(denominators.aggregation_over_time, indicators.aggregation_over_time) = 'last'
        ) as is_cumulative
    from indicators
    left join units_of_measure on indicators.unit = units_of_measure.unit
    left join indicators as numerators on indicators.numerator = numerators.indicator_code
    left join indicators as denominators on indicators.denominator = denominators.indicator_code
)

select * from final
