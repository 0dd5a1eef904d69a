with enterprises as (
    select * from {{ ref('int_enterprise_coverage_by_unit') }}
    where is_national
),

employers as (
    select * from {{ ref('int_employers_reported') }}
    where union_workers is not null and enterprise_workers is not null
),

ancestors as (
    select * from {{ ref('int_org_unit_ancestors') }}
),

-- Employer by employer: in a sum, one too many and one too few would cancel out.
stated_twice as (
    select
        ancestors.period,
        ancestors.ancestor_code as org_unit_code,
        count(*) as employers_compared,
        sum(abs(employers.union_workers - employers.enterprise_workers)) as difference,
        sum(greatest(employers.union_workers, employers.enterprise_workers)) as workers
    from ancestors
    inner join employers
        on ancestors.period = employers.period and ancestors.org_unit_code = employers.org_unit_code
    group by ancestors.period, ancestors.ancestor_code
),

final as (
    select
        coalesce(enterprises.period, stated_twice.period) as period,
        coalesce(enterprises.org_unit_code, stated_twice.org_unit_code) as org_unit_code,
        {{ percent('enterprises.workers_unknown', 'enterprises.enterprises_reported') }}
            as workers_unknown_pct,
        stated_twice.employers_compared,
        {{ percent('stated_twice.difference', 'stated_twice.workers') }} as workers_difference_pct
    from enterprises
    full outer join stated_twice
        on
            enterprises.period = stated_twice.period
            and enterprises.org_unit_code = stated_twice.org_unit_code
)

select * from final
