with activities as (
    select * from {{ ref('int_activities_by_unit') }}
),

final as (
    select
        period,
        org_unit_code,
        indicator_code,
        cast(0 as bigint) as threshold,
        actual_value as value
    from activities
    where actual_value is not null
)

select * from final
