-- A code means one unit at a time, and what ends says how: its validities neither overlap nor leave a gap,
-- except after a succession that says what became of the unit in between.
with org_units as (
    select * from {{ ref('dim_org_unit') }}
),

successions as (
    select * from {{ ref('dim_org_unit_succession') }}
),

overlapping as (
    select
        earlier.org_unit_code,
        later.valid_from,
        'two validities at a time' as problem
    from org_units as earlier
    inner join org_units as later
        on
            earlier.org_unit_code = later.org_unit_code
            and earlier.valid_from < later.valid_from
            and (earlier.valid_to is null or earlier.valid_to > later.valid_from)
),

empty_validity as (
    select
        org_unit_code,
        valid_from,
        'ends before it begins' as problem
    from org_units
    where valid_to <= valid_from
),

unexplained_end as (
    select
        org_units.org_unit_code,
        org_units.valid_from,
        'ends without a successor or a reason' as problem
    from org_units
    left join successions
        on org_units.org_unit_code = successions.from_code and org_units.valid_to = successions.changed_on
    where org_units.valid_to is not null and successions.from_code is null
),

-- A code that goes on after its end was passed on: to itself, or to others before it was given anew.
numbered as (
    select
        org_unit_code,
        valid_from,
        lag(valid_to) over (partition by org_unit_code order by valid_from) as previous_valid_to
    from org_units
),

unexplained_gap as (
    select
        numbered.org_unit_code,
        numbered.valid_from,
        'begins again after a gap although it had passed to itself' as problem
    from numbered
    inner join successions
        on
            numbered.org_unit_code = successions.from_code
            and numbered.previous_valid_to = successions.changed_on
            and numbered.org_unit_code = successions.to_code
    where numbered.previous_valid_to < numbered.valid_from
)

select * from overlapping
union all
select * from empty_validity
union all
select * from unexplained_end
union all
select * from unexplained_gap
