with periods as (
    select * from {{ ref('int_periods_generated') }}
),

final as (
    select
        period,
        year,
        quarter,
        starts_on,
        ends_on
    from periods
)

select * from final
