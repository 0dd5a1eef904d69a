with followed as (
    select
        int_indicators_followed.*,
        case when direction = 'down' then -value else value end as merit
    from {{ ref('int_indicators_followed') }} as int_indicators_followed
    where unjudged_reason is null
),

peer_groups as (
    select * from {{ ref('int_peer_groups') }}
),

-- Every unit in every group that it belongs to; who is not judged stands in no row and pushes nobody down.
ranked as (
    select
        followed.period,
        followed.org_unit_code,
        followed.indicator_code,
        peer_groups.peer_group,
        peer_groups.is_judged_in,
        rank() over (
            partition by followed.period, followed.indicator_code, peer_groups.peer_group
            order by followed.merit desc
        ) as rank,
        count(*) over (
            partition by followed.period, followed.indicator_code, peer_groups.peer_group
        ) as peers,
        count(*) over (
            partition by followed.period, followed.indicator_code, peer_groups.peer_group, followed.merit
        ) as equals
    from followed
    inner join peer_groups
        on
            followed.period = peer_groups.period
            and followed.org_unit_code = peer_groups.org_unit_code
),

-- Of the others, the share that does worse; those that do equally well count half.
final as (
    select
        period,
        org_unit_code,
        indicator_code,
        peer_group,
        is_judged_in,
        cast(rank as bigint) as rank,
        peers,
        {{ percent('(2 * (peers - rank) - equals + 1)', '(2 * (peers - 1))') }} as percentile
    from ranked
    where peers > 1
)

select * from final
