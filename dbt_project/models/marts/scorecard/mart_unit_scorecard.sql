with units as (
    select * from {{ ref('int_org_units_by_period') }}
),

unit_types as (
    select * from {{ ref('unit_types') }}
),

owed as (
    select distinct
        period,
        org_unit_code
    from {{ ref('int_completeness_by_unit') }}
),

peer_groups as (
    select * from {{ ref('int_peer_groups') }}
    where is_judged_in
),

ranks as (
    select * from {{ ref('int_unit_ranks') }}
),

followed as (
    select * from {{ ref('int_indicators_followed') }}
),

rates as (
    select * from {{ ref('mart_reporting_rate') }}
),

within as (
    select * from {{ ref('int_consistency_within') }}
),

between_levels as (
    select * from {{ ref('int_consistency_between_levels') }}
),

denominators as (
    select * from {{ ref('int_denominators_judged') }}
),

progress as (
    select * from {{ ref('mart_target_progress') }}
    where is_unit_valid
),

trends as (
    select
        period,
        org_unit_code,
        count(value) as indicators_known,
        count(case when unjudged_reason is null then 1 end) as indicators_judged,
        count(case when trend <> 'unknown' then 1 end) as indicators_followed,
        count(case when trend = 'improving' then 1 end) as improving,
        count(case when trend = 'steady' then 1 end) as steady,
        count(case when trend = 'worsening' then 1 end) as worsening
    from followed
    group by period, org_unit_code
),

reporting as (
    select
        period,
        org_unit_code,
        cast(sum(expected) as bigint) as reports_expected,
        {{ percent('sum(on_time + late)', 'sum(expected)') }} as completeness_pct,
        {{ percent('sum(on_time)', 'sum(expected)') }} as on_time_pct
    from rates
    group by period, org_unit_code
),

targets as (
    select
        period,
        org_unit_code,
        {% for status in ['met', 'on_track', 'behind', 'qualitative', 'no_data', 'no_target'] -%}
            count(case when status = '{{ status }}' then 1 end) as {{ status }},
        {% endfor -%}
        count(case when status <> 'no_target' then 1 end) as given
    from progress
    group by period, org_unit_code
),

combined as (
    select
        units.period,
        units.org_unit_code,
        units.valid_from as org_unit_valid_from,
        units.name_vi as org_unit_name_vi,
        units.unit_type,
        peer_groups.peer_group,
        peer_groups.peer_basis,
        unit_types.name_vi
        || case
            when peer_groups.peer_basis = 'kind' then ''
            when peer_groups.members_before is null
                then ', từ ' || {{ vietnamese_number('peer_groups.members_from') }} || ' đoàn viên trở lên'
            when peer_groups.members_from = 0
                then ', dưới ' || {{ vietnamese_number('peer_groups.members_before') }} || ' đoàn viên'
            else
                ', từ ' || {{ vietnamese_number('peer_groups.members_from') }}
                || ' đến dưới ' || {{ vietnamese_number('peer_groups.members_before') }} || ' đoàn viên'
        end as peer_group_vi,
        peer_groups.members,
        peer_groups.peer_units,
        coalesce(ranks.indicators_ranked, 0) as indicators_ranked,
        ranks.mean_percentile,
        ranks.rank,
        ranks.peers,
        case
            when ranks.rank is not null then null
            when peer_groups.peer_units = 1 then 'no_peers'
            when ranks.unranked_reason is not null then ranks.unranked_reason
            when coalesce(trends.indicators_known, 0) = 0 then 'no_data'
            when trends.indicators_judged = 0 then 'incomplete'
            else 'no_peers'
        end as unranked_reason,
        case when trends.indicators_followed > 0 then trends.improving end as indicators_improving,
        case when trends.indicators_followed > 0 then trends.steady end as indicators_steady,
        case when trends.indicators_followed > 0 then trends.worsening end as indicators_worsening,
        case
            when trends.improving > trends.worsening then 'improving'
            when trends.improving < trends.worsening then 'worsening'
            when trends.indicators_followed > 0 then 'steady'
            else 'unknown'
        end as trend,
        reporting.reports_expected,
        reporting.completeness_pct,
        reporting.on_time_pct,
        {{ quality_grade('reporting', ['completeness_pct', 'on_time_pct']) }} as reporting_grade,
        within.rows_judged,
        within.open_queries,
        within.in_question_pct,
        within.sudden_changes_per_1000,
        {{ quality_grade('within', ['in_question_pct', 'sudden_changes_per_1000']) }} as internal_grade,
        between_levels.figures_compared,
        between_levels.figures_equal_pct,
        between_levels.largest_difference_pct,
        {{ quality_grade('between_levels', ['figures_equal_pct', 'largest_difference_pct']) }}
            as external_grade,
        denominators.workers_unknown_pct,
        denominators.employers_compared,
        denominators.workers_difference_pct,
        {{ quality_grade('denominators', ['workers_unknown_pct', 'workers_difference_pct']) }}
            as denominators_grade,
        coalesce(targets.given, 0) as targets_given,
        coalesce(targets.met, 0) as targets_met,
        coalesce(targets.on_track, 0) as targets_on_track,
        coalesce(targets.behind, 0) as targets_behind,
        coalesce(targets.qualitative, 0) as targets_qualitative,
        coalesce(targets.no_data, 0) as targets_no_data,
        coalesce(targets.no_target, 0) as targets_not_given
    from units
    inner join unit_types on units.unit_type = unit_types.unit_type
    inner join peer_groups
        on units.period = peer_groups.period and units.org_unit_code = peer_groups.org_unit_code
    {% for relation in [
        'owed', 'ranks', 'trends', 'reporting', 'within', 'between_levels', 'denominators', 'targets'
    ] -%}
        left join {{ relation }}
            on units.period = {{ relation }}.period and units.org_unit_code = {{ relation }}.org_unit_code
    {% endfor -%}
    where owed.period is not null or within.period is not null
),

final as (
    select
        combined.*,
        {{ scorecard_summary('combined') }} as summary_vi
    from combined
)

select * from final
