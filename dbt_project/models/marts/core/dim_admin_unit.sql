with admin_units as (
    select * from {{ ref('admin_units') }}
),

final as (
    select
        code,
        valid_from,
        valid_to,
        name_vi,
        level,
        kind,
        parent_code,
        latitude,
        longitude
    from admin_units
)

select * from final
