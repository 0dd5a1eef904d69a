{%- set measures = [
    'unions_ended', 'unions_non_state', 'members_non_state', 'occupational_unions', 'members_occupational',
    'unions_rated', 'unions_rated_good', 'unions_rated_state', 'unions_rated_good_state', 'unions_rated_non_state',
    'unions_rated_good_non_state'
] -%}

with ancestors as (
    select * from {{ ref('int_org_unit_ancestors') }}
),

unions as (
    select * from {{ ref('int_unions_current') }}
),

-- A rating that nobody gave is unknown, not a bad one: it counts on neither side.
described as (
    select
        unions.*,
        case when is_active then 1 else 0 end as active,
        case when is_active and rating is not null then 1 end as rated,
        case
            when is_active and rating in ('excellent', 'good') then 1
            when is_active and rating is not null then 0
        end as rated_good,
        case when is_state then 1 when not is_state then 0 end as state,
        case when counts_for_density then 0 when not counts_for_density then 1 end as occupational
    from unions
),

measured as (
    select
        period,
        org_unit_code,
        case when is_ended_in_period then 1 else 0 end as unions_ended,
        active * (1 - state) as unions_non_state,
        case when is_active and state = 0 then members_total when state = 1 then 0 end as members_non_state,
        active * occupational as occupational_unions,
        case when is_active and occupational = 1 then members_total when occupational = 0 then 0 end
            as members_occupational,
        rated as unions_rated,
        rated_good as unions_rated_good,
        case when state = 1 then rated end as unions_rated_state,
        case when state = 1 then rated_good end as unions_rated_good_state,
        case when state = 0 then rated end as unions_rated_non_state,
        case when state = 0 then rated_good end as unions_rated_good_non_state
    from described
),

-- Few rows before they are multiplied by levels.
by_reporter as (
    select
        period,
        org_unit_code,
        {% for measure in measures -%}
            sum({{ measure }}) as {{ measure }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from measured
    group by period, org_unit_code
),

final as (
    select
        ancestors.period,
        ancestors.ancestor_code as org_unit_code,
        {% for measure in measures -%}
            cast(sum(by_reporter.{{ measure }}) as bigint) as {{ measure }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from by_reporter
    inner join ancestors
        on by_reporter.period = ancestors.period and by_reporter.org_unit_code = ancestors.org_unit_code
    group by ancestors.period, ancestors.ancestor_code
)

select * from final
