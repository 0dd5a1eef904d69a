with indicators as (
    select * from {{ ref('indicators') }}
),

final as (
    select
        indicator_code,
        name_vi,
        name_en,
        unit,
        kind,
        subject,
        aggregation_over_time,
        uses_threshold,
        is_headline,
        numerator,
        denominator,
        definition,
        source
    from indicators
)

select * from final
