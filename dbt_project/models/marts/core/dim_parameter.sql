with parameters as (
    select * from {{ ref('parameters') }}
),

final as (
    select
        name,
        valid_from,
        valid_to,
        value,
        unit,
        name_vi,
        source
    from parameters
)

select * from final
