with periods as (
    select * from {{ ref('dim_period') }}
),

units as (
    select * from {{ ref('bridge_org_unit') }}
),

-- As the tree stood at the end of the period, and as it stands today.
final as (
    select
        periods.period,
        units.org_unit_code as reporter_code,
        units.ancestor_code as org_unit_code,
        units.distance,
        'as_reported' as basis
    from periods
    inner join units
        on
            periods.ends_on >= units.shared_from
            and (units.shared_to is null or periods.ends_on < units.shared_to)
    union all
    select
        periods.period,
        units.org_unit_code as reporter_code,
        units.ancestor_code as org_unit_code,
        units.distance,
        'current_structure' as basis
    from periods
    cross join units
    where units.shared_to is null
)

select * from final
