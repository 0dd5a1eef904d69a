-- The validities of a code do not overlap, and where a unit begins its parent is valid.
with org_units as (
    select * from {{ ref('dim_org_unit') }}
),

overlapping as (
    select
        earlier.org_unit_code,
        later.valid_from,
        'overlap' as problem
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

orphans as (
    select
        children.org_unit_code,
        children.valid_from,
        'no parent' as problem
    from org_units as children
    left join org_units as parents
        on
            children.parent_code = parents.org_unit_code
            and {{ is_valid_on('parents', 'children.valid_from') }}
    where children.parent_code is not null and parents.org_unit_code is null
)

select * from overlapping
union all
select * from empty_validity
union all
select * from orphans
