with followed as (
    select * from {{ ref('int_indicators_followed') }}
),

ranks as (
    select * from {{ ref('int_indicator_ranks') }}
    where is_judged_in
),

peer_groups as (
    select * from {{ ref('int_peer_groups') }}
    where is_judged_in
),

indicators as (
    select * from {{ ref('int_indicators') }}
),

units as (
    select * from {{ ref('int_org_units_by_period') }}
),

final as (
    select
        followed.period,
        followed.org_unit_code,
        units.valid_from as org_unit_valid_from,
        units.name_vi as org_unit_name_vi,
        units.unit_type,
        followed.indicator_code,
        indicators.name_vi as indicator_name_vi,
        indicators.unit,
        indicators.unit_vi,
        followed.direction,
        followed.threshold,
        followed.value,
        followed.completeness_pct,
        peer_groups.peer_group,
        ranks.rank,
        ranks.peers,
        ranks.percentile,
        case when ranks.rank is null then coalesce(followed.unjudged_reason, 'no_peers') end
            as unranked_reason,
        followed.previous_period,
        followed.previous_value,
        followed.change_on_previous,
        followed.year_ago_value,
        followed.change_on_year,
        followed.trend
    from followed
    inner join indicators on followed.indicator_code = indicators.indicator_code
    inner join units
        on followed.period = units.period and followed.org_unit_code = units.org_unit_code
    inner join peer_groups
        on
            followed.period = peer_groups.period
            and followed.org_unit_code = peer_groups.org_unit_code
    left join ranks
        on
            followed.period = ranks.period
            and followed.org_unit_code = ranks.org_unit_code
            and followed.indicator_code = ranks.indicator_code
)

select * from final
