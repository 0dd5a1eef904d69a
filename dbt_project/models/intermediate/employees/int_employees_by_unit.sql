{%- set sums = {
    'employees': 'workers',
    'employee_members': 'employee_members',
    'workers_over_threshold': 'is_over * workers',
    'members_over_threshold': 'is_over * employee_members',
    'bargaining_employees': 'bargaining_workers',
    'bargaining_covered': 'covered',
    'bargaining_employees_union': 'has_union * bargaining_workers',
    'bargaining_covered_union': 'has_union * covered',
    'bargaining_employees_enterprises': 'is_enterprise * bargaining_workers',
    'bargaining_covered_enterprises': 'is_enterprise * covered',
    'bargaining_employees_threshold': 'is_over * bargaining_workers',
    'bargaining_covered_threshold': 'is_over * covered',
} -%}

with ancestors as (
    select * from {{ ref('int_org_unit_ancestors') }}
),

employers as (
    select * from {{ ref('int_employers_reported') }}
),

thresholds as (
    select * from {{ ref('int_thresholds_by_unit') }}
),

occupational as (
    select * from {{ ref('int_unions_current') }}
    where is_active and not counts_for_density
),

reporters as (
    select distinct
        period,
        org_unit_code
    from employers
),

reported_twice as (
    select
        period,
        employer_code
    from employers
    group by period, employer_code
    having count(*) > 1
),

-- Two units may report the same employer: above both of them it counts once. All others are the same row at
-- every unit above: they are added up where they were reported, and their sums go up.
merged as (
    select
        employers.period,
        employers.org_unit_code,
        employers.union_workers,
        employers.members,
        employers.enterprise_workers,
        employers.workers_covered,
        employers.has_union,
        employers.is_enterprise,
        employers.has_agreement,
        employers.is_agreements_reported,
        true as goes_up
    from employers
    left join reported_twice
        on employers.period = reported_twice.period and employers.employer_code = reported_twice.employer_code
    where reported_twice.employer_code is null
    union all
    select
        ancestors.period,
        ancestors.ancestor_code as org_unit_code,
        cast(sum(employers.union_workers) as bigint) as union_workers,
        cast(sum(employers.members) as bigint) as members,
        max(employers.enterprise_workers) as enterprise_workers,
        max(employers.workers_covered) as workers_covered,
        max(employers.has_union) as has_union,
        max(employers.is_enterprise) as is_enterprise,
        max(employers.has_agreement) as has_agreement,
        max(employers.is_agreements_reported) as is_agreements_reported,
        false as goes_up
    from employers
    inner join reported_twice
        on employers.period = reported_twice.period and employers.employer_code = reported_twice.employer_code
    inner join ancestors
        on employers.period = ancestors.period and employers.org_unit_code = ancestors.org_unit_code
    group by ancestors.period, ancestors.ancestor_code, employers.employer_code
),

-- The two forms count workers at different moments: the larger number stands.
sized as (
    select
        merged.*,
        greatest(
            coalesce(union_workers, enterprise_workers), coalesce(enterprise_workers, union_workers)
        ) as workers
    from merged
),

-- Without an agreement nobody is covered, which is known; an agreement that does not say how many it covers
-- leaves its employer out of both sides. Nobody counts twice: no more are covered than work there.
measured as (
    select
        sized.*,
        case when workers is not null and has_union = 1 then members when workers is not null then 0 end
            as employee_members,
        case
            when is_agreements_reported = 0 or workers is null then null
            when has_agreement = 0 then 0
            when workers_covered is not null then least(workers_covered, workers)
        end as covered
    from sized
),

weighed as (
    select
        measured.*,
        thresholds.threshold,
        case when measured.covered is not null then measured.workers end as bargaining_workers,
        case
            when measured.is_enterprise = 1 and measured.enterprise_workers >= thresholds.threshold then 1
            else 0
        end as is_over
    from measured
    inner join thresholds
        on measured.period = thresholds.period and measured.org_unit_code = thresholds.org_unit_code
),

summed as (
    select
        period,
        org_unit_code,
        goes_up,
        threshold,
        {% for measure, contribution in sums.items() -%}
            sum({{ contribution }}) as {{ measure }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from weighed
    group by period, org_unit_code, goes_up, threshold
),

-- A unit has the thresholds of all units above it, so that the sums for each of them have been made.
placed as (
    select
        summed.*,
        ancestors.ancestor_code
    from summed
    inner join ancestors
        on summed.period = ancestors.period and summed.org_unit_code = ancestors.org_unit_code
    where summed.goes_up
    union all
    select
        summed.*,
        summed.org_unit_code as ancestor_code
    from summed
    where not summed.goes_up
),

rolled_up as (
    select
        placed.period,
        placed.ancestor_code as org_unit_code,
        placed.threshold,
        thresholds.is_national,
        {% for measure in sums -%}
            sum(placed.{{ measure }}) as {{ measure }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from placed
    inner join thresholds
        on
            placed.period = thresholds.period
            and placed.ancestor_code = thresholds.org_unit_code
            and placed.threshold = thresholds.threshold
    group by placed.period, placed.ancestor_code, placed.threshold, thresholds.is_national
),

occupational_by_unit as (
    select
        ancestors.period,
        ancestors.ancestor_code as org_unit_code,
        sum(occupational.members_total) as members
    from occupational
    inner join reporters
        on occupational.period = reporters.period and occupational.org_unit_code = reporters.org_unit_code
    inner join ancestors
        on occupational.period = ancestors.period and occupational.org_unit_code = ancestors.org_unit_code
    group by ancestors.period, ancestors.ancestor_code
),

final as (
    select
        rolled_up.period,
        rolled_up.org_unit_code,
        rolled_up.threshold,
        rolled_up.is_national,
        cast(rolled_up.employees as bigint) as employees,
        cast(rolled_up.employee_members as bigint) as employee_members,
        -- a reporter that lists no occupational union has none
        cast(rolled_up.employee_members + coalesce(occupational_by_unit.members, 0) as bigint)
            as members_with_occupational,
        {% for measure in sums if measure not in ('employees', 'employee_members') -%}
            cast(rolled_up.{{ measure }} as bigint) as {{ measure }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from rolled_up
    left join occupational_by_unit
        on
            rolled_up.period = occupational_by_unit.period
            and rolled_up.org_unit_code = occupational_by_unit.org_unit_code
)

select * from final
