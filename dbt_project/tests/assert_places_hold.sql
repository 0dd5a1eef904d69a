-- Places and their moves fit together: no code has two validities at once, every parent is there as long as
-- its child, every unit that ends goes somewhere and every one that begins later comes from somewhere.
with admin_units as (
    select * from {{ ref('dim_admin_unit') }}
),

changes as (
    select * from {{ ref('dim_admin_unit_change') }}
),

communes as (
    select distinct parent_code
    from admin_units
    where level = 'commune'
),

beginning as (
    select min(valid_from) as day
    from admin_units
),

overlapping as (
    select
        earlier.level,
        earlier.code,
        'overlap' as problem
    from admin_units as earlier
    inner join admin_units as later
        on
            earlier.level = later.level
            and earlier.code = later.code
            and earlier.valid_from < later.valid_from
            and (earlier.valid_to is null or earlier.valid_to > later.valid_from)
),

-- A parent may change its name in the life of its child, so that several validities of it take turns.
orphans as (
    select
        children.level,
        children.code,
        'no parent' as problem
    from admin_units as children
    left join admin_units as parents
        on
            children.parent_code = parents.code
            and children.level != parents.level
            and {{ is_valid_on('parents', 'children.valid_from') }}
    where children.parent_code is not null and parents.code is null
),

orphaned as (
    select
        children.level,
        children.code,
        'outlives its parent' as problem
    from admin_units as children
    left join admin_units as parents
        on
            children.parent_code = parents.code
            and children.level != parents.level
            and coalesce(children.valid_to, cast('9999-12-31' as date)) > parents.valid_from
            and (parents.valid_to is null or children.valid_to <= parents.valid_to)
    where children.parent_code is not null and parents.code is null
),

ended_nowhere as (
    select
        admin_units.level,
        admin_units.code,
        'goes nowhere' as problem
    from admin_units
    left join changes
        on
            admin_units.level = changes.from_level
            and admin_units.code = changes.from_code
            and admin_units.valid_to = changes.changed_on
    -- A district goes where its communes go.
    left join communes
        on admin_units.code = communes.parent_code and admin_units.level = 'district'
    where admin_units.valid_to is not null and changes.from_code is null and communes.parent_code is null
),

begun_from_nothing as (
    select
        admin_units.level,
        admin_units.code,
        'comes from nowhere' as problem
    from admin_units
    inner join beginning on admin_units.valid_from > beginning.day
    left join changes
        on
            admin_units.level = changes.to_level
            and admin_units.code = changes.to_code
            and admin_units.valid_from = changes.changed_on
    where changes.to_code is null
),

miscounted as (
    select
        from_level as level,
        from_code as code,
        'whole goes to one, part to several' as problem
    from changes
    group by from_level, from_code, changed_on
    having (count(*) = 1) != (min(kind) = 'whole') or min(kind) != max(kind)
)

select * from overlapping
union all
select * from orphans
union all
select * from orphaned
union all
select * from ended_nowhere
union all
select * from begun_from_nothing
union all
select * from miscounted
