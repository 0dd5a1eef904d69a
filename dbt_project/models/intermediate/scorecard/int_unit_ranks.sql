with ranks as (
    select * from {{ ref('int_indicator_ranks') }}
),

-- In how many indicators anybody of a group is ranked at all.
of_groups as (
    select
        period,
        peer_group,
        count(distinct indicator_code) as indicators_compared
    from ranks
    group by period, peer_group
),

-- Means of the same values added up in another order may differ in the last digit: rounded, they do not.
of_units as (
    select
        period,
        org_unit_code,
        peer_group,
        is_judged_in,
        count(*) as indicators_ranked,
        {{ rounded('avg(percentile)', 6) }} as mean_percentile
    from ranks
    group by period, org_unit_code, peer_group, is_judged_in
),

-- Who is ranked in too few of them may be good or bad at what the others were not asked.
measured as (
    select
        of_units.*,
        of_groups.indicators_compared,
        of_units.indicators_ranked >= {{ var('ranked_indicators_least') }}
        and 100 * of_units.indicators_ranked
        >= {{ var('ranked_indicators_least_share_pct') }} * of_groups.indicators_compared as is_enough
    from of_units
    inner join of_groups
        on of_units.period = of_groups.period and of_units.peer_group = of_groups.peer_group
),

ranked as (
    select
        measured.*,
        rank() over (
            partition by period, peer_group, is_enough
            order by mean_percentile desc
        ) as rank_of_mean,
        count(*) over (partition by period, peer_group, is_enough) as peers
    from measured
),

final as (
    select
        period,
        org_unit_code,
        indicators_ranked,
        indicators_compared,
        case when is_enough and peers > 1 then mean_percentile end as mean_percentile,
        case when is_enough and peers > 1 then cast(rank_of_mean as bigint) end as rank,
        case when is_enough and peers > 1 then peers end as peers,
        case
            when not is_enough then 'too_few_indicators'
            when peers = 1 then 'no_peers'
        end as unranked_reason
    from ranked
    where is_judged_in
)

select * from final
