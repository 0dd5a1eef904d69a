with indicators as (
    select * from {{ ref('int_indicators') }}
),

final as (
    select
        indicator_code,
        name_vi,
        name_en,
        unit,
        unit_vi,
        kind,
        direction,
        origin,
        measure,
        numerator,
        numerator_name_vi,
        denominator,
        denominator_name_vi,
        per,
        aggregation_over_units,
        aggregation_over_time,
        frequency,
        valid_from,
        valid_to,
        subject,
        uses_threshold,
        is_headline,
        definition,
        source
    from indicators
)

select * from final
