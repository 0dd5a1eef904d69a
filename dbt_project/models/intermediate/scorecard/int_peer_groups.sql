with units as (
    select * from {{ ref('int_org_units_by_period') }}
),

ancestors as (
    select * from {{ ref('int_org_unit_ancestors') }}
),

members as (
    select * from {{ ref('int_members_last_reported') }}
),

size_classes as (
    select
        peer_size_classes.*,
        lead(members_from) over (partition by unit_type order by members_from) as members_before
    from {{ ref('peer_size_classes') }} as peer_size_classes
),

-- The size of a unit is what it and the units below reported last, whenever that was: a report that is
-- missing moves nobody into another class.
sized as (
    select
        ancestors.period,
        ancestors.ancestor_code as org_unit_code,
        cast(sum(members.members) as bigint) as members
    from ancestors
    inner join members
        on ancestors.period = members.period and ancestors.org_unit_code = members.org_unit_code
    group by ancestors.period, ancestors.ancestor_code
),

classed as (
    select
        units.period,
        units.org_unit_code,
        units.unit_type,
        sized.members,
        size_classes.size_class,
        size_classes.members_from,
        size_classes.members_before
    from units
    left join sized
        on units.period = sized.period and units.org_unit_code = sized.org_unit_code
    left join size_classes
        on
            units.unit_type = size_classes.unit_type
            and sized.members >= size_classes.members_from
            and (size_classes.members_before is null or sized.members < size_classes.members_before)
),

memberships as (
    select
        period,
        org_unit_code,
        unit_type as peer_group,
        'kind' as peer_basis,
        members,
        cast(null as bigint) as size_class,
        cast(null as bigint) as members_from,
        cast(null as bigint) as members_before
    from classed
    union all
    select
        period,
        org_unit_code,
        unit_type || ' ' || cast(size_class as string) as peer_group,
        'kind_and_size' as peer_basis,
        members,
        size_class,
        members_from,
        members_before
    from classed
    where size_class is not null
),

counted as (
    select
        memberships.*,
        count(*) over (partition by period, peer_group) as peer_units
    from memberships
),

-- Everybody belongs to the whole kind, so that those whose own group is too small have somebody to be
-- compared with; each is judged in one group only.
judged as (
    select
        counted.*,
        max(
            case
                when peer_basis = 'kind_and_size' and peer_units >= {{ var('peer_group_least') }} then 1
                else 0
            end
        ) over (partition by period, org_unit_code) as has_peers_of_its_size
    from counted
),

final as (
    select
        period,
        org_unit_code,
        peer_group,
        peer_basis,
        size_class,
        members_from,
        members_before,
        members,
        peer_units,
        (peer_basis = 'kind_and_size') = (has_peers_of_its_size = 1) as is_judged_in
    from judged
)

select * from final
