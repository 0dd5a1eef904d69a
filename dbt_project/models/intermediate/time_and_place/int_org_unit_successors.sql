with recursive org_units as (
    select * from {{ ref('org_units') }}
),

successions as (
    select * from {{ ref('org_unit_successions') }}
    where to_code is not null
),

-- Each step leads to a unit that is valid on the day when the one before ended, hence ends later: no loop.
followed as (
    select
        org_unit_code,
        valid_from,
        org_unit_code as successor_code,
        valid_to as successor_valid_to
    from org_units
    union all
    select
        followed.org_unit_code,
        followed.valid_from,
        org_units.org_unit_code as successor_code,
        org_units.valid_to as successor_valid_to
    from followed
    inner join successions
        on
            followed.successor_code = successions.from_code
            and followed.successor_valid_to = successions.changed_on
    inner join org_units
        on
            successions.to_code = org_units.org_unit_code
            and {{ is_valid_on('org_units', 'successions.changed_on') }}
),

last_units as (
    select
        followed.org_unit_code,
        followed.valid_from,
        followed.successor_code,
        followed.successor_valid_to
    from followed
    left join successions
        on
            followed.successor_code = successions.from_code
            and followed.successor_valid_to = successions.changed_on
    where successions.from_code is null
),

-- A unit that was divided, or a part of which ended without a successor, lives on in no single unit.
final as (
    select
        org_unit_code,
        valid_from,
        case
            when count(successor_valid_to) = 0 and count(distinct successor_code) = 1 then min(successor_code)
        end as current_org_unit_code
    from last_units
    group by org_unit_code, valid_from
)

select * from final
