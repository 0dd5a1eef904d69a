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

-- Two units may report the same employer: above both of them it counts once.
merged as (
    select
        ancestors.period,
        ancestors.ancestor_code as org_unit_code,
        employers.employer_code,
        sum(employers.union_workers) as union_workers,
        sum(employers.members) as members,
        max(employers.enterprise_workers) as enterprise_workers,
        max(employers.workers_covered) as workers_covered,
        max(employers.has_union) as has_union,
        max(employers.is_enterprise) as is_enterprise,
        max(employers.has_agreement) as has_agreement,
        max(employers.is_agreements_reported) as is_agreements_reported
    from employers
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
        thresholds.is_national,
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
        threshold,
        is_national,
        sum(workers) as employees,
        sum(employee_members) as employee_members,
        sum(is_over * workers) as workers_over_threshold,
        sum(is_over * employee_members) as members_over_threshold,
        sum(bargaining_workers) as bargaining_employees,
        sum(covered) as bargaining_covered,
        sum(has_union * bargaining_workers) as bargaining_employees_union,
        sum(has_union * covered) as bargaining_covered_union,
        sum(is_enterprise * bargaining_workers) as bargaining_employees_enterprises,
        sum(is_enterprise * covered) as bargaining_covered_enterprises,
        sum(is_over * bargaining_workers) as bargaining_employees_threshold,
        sum(is_over * covered) as bargaining_covered_threshold
    from weighed
    group by period, org_unit_code, threshold, is_national
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
        summed.period,
        summed.org_unit_code,
        summed.threshold,
        summed.is_national,
        cast(summed.employees as bigint) as employees,
        cast(summed.employee_members as bigint) as employee_members,
        -- a reporter that lists no occupational union has none
        cast(summed.employee_members + coalesce(occupational_by_unit.members, 0) as bigint)
            as members_with_occupational,
        {% for measure in [
            'workers_over_threshold', 'members_over_threshold', 'bargaining_employees', 'bargaining_covered',
            'bargaining_employees_union', 'bargaining_covered_union', 'bargaining_employees_enterprises',
            'bargaining_covered_enterprises', 'bargaining_employees_threshold', 'bargaining_covered_threshold'
        ] -%}
            cast(summed.{{ measure }} as bigint) as {{ measure }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from summed
    left join occupational_by_unit
        on
            summed.period = occupational_by_unit.period
            and summed.org_unit_code = occupational_by_unit.org_unit_code
)

select * from final
